mod load;
mod refund;
mod spend;
