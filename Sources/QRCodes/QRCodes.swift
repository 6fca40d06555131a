// # QRCodes
//
// The QR code on an invoice's page (EPC069-12), encoded by the system's libqrencode: one function, `QRMatrix.encode`. It stands apart from
// `Invoicing`, which the agent uses as well, so that a client's machine needs no such library.
