-- How the payer meets the gateway, as JSON; fixed with the intent, so that every try asks for the same.
ALTER TABLE payments ADD COLUMN presentation TEXT;

-- A refund that a gateway tells us about by its own number.
CREATE INDEX refunds_by_transaction ON refunds (gateway, transaction_id)
  WHERE transaction_id IS NOT NULL;
