"""From packets to conversations: roles, opening, closing, states, the Seq/Ack ledger, exchanges."""
