"""How people leave before the end of their way, and how flows end."""
