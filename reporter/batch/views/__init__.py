"""Views of the ledger: tables and the class page. Each is a function of the assembled class; none decides anything."""
