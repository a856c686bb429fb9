"""Each shape that crosses a room's edge, once: its fields with type, unit, where they are carried and what they mean.

Canonical files, staging tables, COPY, Arrow and Parquet, Feast's fields, the expectations on columns and the reference
pages are made from these shapes; tables after a migration and the API's models are compared with them by a test.
"""
