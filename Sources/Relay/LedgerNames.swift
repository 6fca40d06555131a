import Ledger

// The ledger's records beside the API's messages of the same name. (`Ledger.SessionRecord` would be looked up in the
// class `Ledger`, which has the name of its module.)
typealias LedgerSession = SessionRecord
typealias LedgerCertificate = IssuedCertificate
typealias LedgerRole = OperatorRole
typealias LedgerParty = SessionParty
