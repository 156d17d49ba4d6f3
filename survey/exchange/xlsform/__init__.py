"""Step 1: questionnaires as XLSForm workbooks, in and out, and as XForms for ODK Collect and its kin."""
