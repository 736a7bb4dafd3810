mod change;
mod checked;
pub(crate) mod close;
mod idle;
mod invoices;
mod renew;
mod rotation;
mod sign_up;
mod uses;
