"""What comes back of mails: bounces and complaints."""
