"""Reports as single HTML files without scripts: one base template, one style, plots as inline SVG."""
