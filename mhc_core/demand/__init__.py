"""How busy it will be: forecasts of bookings a day, and how far they were right. Not here: who cooks when."""
