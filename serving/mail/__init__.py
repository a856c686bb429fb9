"""Behind the links of mails, and what comes back of them."""
