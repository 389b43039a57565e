"""Files to raw tables: text, workbooks, and what stands beside the table in them."""
