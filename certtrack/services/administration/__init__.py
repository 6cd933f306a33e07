"""What an office administers by its own pages: accounts and roles, people, the audit."""
