"""Raw rows to canonical ones: values, texts, copies, and why a row cannot be used."""
