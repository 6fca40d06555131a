// The system's OpenSSL 3 as a Swift module. Function-like macros are invisible to Swift, so the few that we
// need stand here as static inline functions with the prefix `lotse_`.
#ifndef LOTSE_COPENSSL_SHIMS_H
#define LOTSE_COPENSSL_SHIMS_H

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#endif
