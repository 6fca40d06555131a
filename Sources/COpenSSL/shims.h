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
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

// BIO

static inline void lotse_BIO_set_retry_read(BIO *bio) { BIO_set_retry_read(bio); }
static inline void lotse_BIO_clear_retry_flags(BIO *bio) { BIO_clear_retry_flags(bio); }
static inline long lotse_BIO_get_mem_data(BIO *bio, char **data) { return BIO_get_mem_data(bio, data); }

// SSL_CTX and SSL

static inline int lotse_SSL_CTX_set_tls13_only(SSL_CTX *ctx) {
    return SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION) && SSL_CTX_set_max_proto_version(ctx, TLS1_3_VERSION);
}
static inline int lotse_SSL_CTX_set1_groups_list(SSL_CTX *ctx, const char *list) {
    return (int)SSL_CTX_set1_groups_list(ctx, list);
}
static inline void lotse_SSL_CTX_set_mode(SSL_CTX *ctx, uint32_t mode) { SSL_CTX_set_mode(ctx, mode); }
static inline void lotse_SSL_CTX_no_session_cache(SSL_CTX *ctx) {
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
}
static inline void lotse_SSL_CTX_set_max_cert_list(SSL_CTX *ctx, long bytes) { SSL_CTX_set_max_cert_list(ctx, bytes); }
static inline int lotse_SSL_CTX_add1_chain_cert(SSL_CTX *ctx, X509 *cert) {
    return (int)SSL_CTX_add1_chain_cert(ctx, cert);
}
static const uint64_t lotse_SSL_OP_NO_TICKET = SSL_OP_NO_TICKET;
static const uint64_t lotse_SSL_OP_NO_RENEGOTIATION = SSL_OP_NO_RENEGOTIATION;
static const uint64_t lotse_SSL_OP_CIPHER_SERVER_PREFERENCE = SSL_OP_CIPHER_SERVER_PREFERENCE;
static inline int lotse_SSL_set_send_fragment(SSL *ssl, long bytes) {
    // Lowering the first lowers the second, raising does not raise it.
    return SSL_set_max_send_fragment(ssl, bytes) && SSL_set_split_send_fragment(ssl, bytes);
}
static inline int lotse_SSL_set_tlsext_host_name(SSL *ssl, const char *name) {
    return (int)SSL_set_tlsext_host_name(ssl, name);
}

// Stacks

static inline int lotse_sk_X509_num(const STACK_OF(X509) *stack) { return sk_X509_num(stack); }
static inline X509 *lotse_sk_X509_value(const STACK_OF(X509) *stack, int index) { return sk_X509_value(stack, index); }
static inline STACK_OF(X509) *lotse_sk_X509_new(void) { return sk_X509_new_null(); }
static inline int lotse_sk_X509_push(STACK_OF(X509) *stack, X509 *cert) { return sk_X509_push(stack, cert); }
static inline void lotse_sk_X509_free(STACK_OF(X509) *stack) { sk_X509_free(stack); }
static inline int lotse_sk_GENERAL_NAME_num(const GENERAL_NAMES *names) { return sk_GENERAL_NAME_num(names); }
static inline GENERAL_NAME *lotse_sk_GENERAL_NAME_value(const GENERAL_NAMES *names, int index) {
    return sk_GENERAL_NAME_value(names, index);
}
static inline int lotse_sk_GENERAL_NAME_push(GENERAL_NAMES *names, GENERAL_NAME *name) {
    return sk_GENERAL_NAME_push(names, name);
}

// Keys: EVP_EC_gen and EVP_PKEY_Q_keygen are a macro and a variadic function

static inline EVP_PKEY *lotse_generate_p256(void) { return EVP_EC_gen("P-256"); }
static inline EVP_PKEY *lotse_generate_ed25519(void) { return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"); }

// Key derivation: EVP_KDF takes its parameters by name, in an array of C structures

static inline int lotse_HKDF_SHA256(
    const uint8_t *key, size_t key_count, const uint8_t *salt, size_t salt_count, const uint8_t *info,
    size_t info_count, uint8_t *out, size_t out_count
) {
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    EVP_KDF_CTX *ctx = kdf ? EVP_KDF_CTX_new(kdf) : NULL;
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)"SHA256", 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)key, key_count),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)info, info_count),
        // Without a salt the list ends here.
        salt_count ? OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *)salt, salt_count)
                   : OSSL_PARAM_construct_end(),
        OSSL_PARAM_construct_end(),
    };
    int done = ctx && EVP_KDF_derive(ctx, out, out_count, parameters) == 1;
    EVP_KDF_CTX_free(ctx);
    EVP_KDF_free(kdf);
    return done;
}

#endif
