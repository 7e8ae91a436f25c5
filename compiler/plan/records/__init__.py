"""The content of governance records: subject, required fields, missing fields, approvals."""
