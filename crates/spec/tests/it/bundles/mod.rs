mod draw;
mod expire;
mod gift;
mod refund;
