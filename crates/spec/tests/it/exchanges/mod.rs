mod exchange;
