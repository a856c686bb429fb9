"""Why an article stands in a list: exact SHAP values, grouped into reasons."""
