mod audit;
mod leaves;
mod prove;
mod sign;
mod statements;
mod web;
