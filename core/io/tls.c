/* OpenSSL between two memory buffers. */
#include "io/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/check.h"

struct tls_keys {
    SSL_CTX *context;
};

struct tls {
    SSL *ssl;
    BIO *in;  /* ciphertext that came; the SSL owns both */
    BIO *out; /* ciphertext to be sent */
    buf output;
    size_t output_off;
    bool is_ended;
};

/* ---------------------------------------------------------------------------------- keys */

static bool refuse(err *e, const char *what, const char *path)
{
    unsigned long code = ERR_peek_last_error();
    const char *why = code == 0 ? "OpenSSL does not say why" : ERR_reason_error_string(code);
    (void)fail(e, ERR_CERTIFICATE, "cannot use the %s \"%s\": %s", what, path,
               why == NULL ? "OpenSSL does not say why" : why);
    ERR_clear_error();
    return false;
}

static bool check_key_mode(const char *path, err *e)
{
    struct stat found;
    if (stat(path, &found) == 0 && (found.st_mode & 0007) != 0) {
        (void)fail(e, ERR_CERTIFICATE, "cannot use the key \"%s\": everybody can read it", path);
        return err_hint(e, "Run `chmod o= FILE`, and think about whether it is still a secret.");
    }
    return true;
}

static bool load(SSL_CTX *context, const tls_files *files, err *e)
{
    ERR_clear_error();
    if (SSL_CTX_use_certificate_chain_file(context, files->certificate) != 1) {
        return refuse(e, "certificate", files->certificate);
    }
    if (!check_key_mode(files->key, e)) {
        return false;
    }
    if (SSL_CTX_use_PrivateKey_file(context, files->key, SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_check_private_key(context) != 1) {
        return refuse(e, "key", files->key);
    }
    if (files->client_ca != NULL) {
        STACK_OF(X509_NAME) *names = SSL_load_client_CA_file(files->client_ca);
        if (names == NULL || SSL_CTX_load_verify_locations(context, files->client_ca, NULL) != 1) {
            sk_X509_NAME_pop_free(names, X509_NAME_free);
            return refuse(e, "issuers of clients' certificates", files->client_ca);
        }
        SSL_CTX_set_client_CA_list(context, names); /* takes them */
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    }
    return true;
}

static bool set_up(SSL_CTX *context)
{
    static const char CIPHERS[] = "ECDHE+AESGCM:ECDHE+CHACHA20";
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                     SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
           SSL_CTX_set_cipher_list(context, CIPHERS) == 1 &&
           SSL_CTX_set_session_id_context(context, (const unsigned char *)"lotse", 5) == 1 &&
           SSL_CTX_set_num_tickets(context, 1) == 1;
}

/* Moves what one side has to say to the other. */
static void carry(BIO *from, BIO *to)
{
    char piece[4096];
    int len;
    while ((len = BIO_read(from, piece, sizeof piece)) > 0) {
        if (BIO_write(to, piece, len) != len) {
            return; /* no memory: the handshake will not end */
        }
    }
}

static bool shake_hands(const tls_keys *keys)
{
    enum { STEP_MAX = 16 };
    tls *server = NULL;
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    SSL *client = context == NULL ? NULL : SSL_new(context);
    BIO *in = BIO_new(BIO_s_mem());
    BIO *out = BIO_new(BIO_s_mem());
    bool is_done = false;
    if (client != NULL && in != NULL && out != NULL && tls_new(keys, &server)) {
        SSL_set_bio(client, in, out); /* takes both */
        in = NULL;
        out = NULL;
        SSL_set_connect_state(client);
        for (int i = 0; i < STEP_MAX && !is_done; i++) {
            is_done = SSL_do_handshake(client) == 1;
            carry(SSL_get_wbio(client), server->in);
            SSL_do_handshake(server->ssl);
            carry(server->out, SSL_get_rbio(client));
            is_done = is_done && SSL_is_init_finished(server->ssl);
        }
    }
    tls_free(&server);
    BIO_free(in);
    BIO_free(out);
    SSL_free(client);
    SSL_CTX_free(context);
    ERR_clear_error();
    return is_done;
}

bool tls_keys_new(const tls_files *files, tls_keys **ret, err *e)
{
    check(files->certificate != NULL);
    check(files->key != NULL);
    tls_keys *keys = mem_new(sizeof *keys);
    if (keys == NULL) {
        return fail(e, ERR_MEMORY, "no memory left for TLS");
    }
    keys->context = SSL_CTX_new(TLS_server_method());
    bool is_made = keys->context != NULL && set_up(keys->context);
    is_made = is_made || fail(e, ERR_MEMORY, "no memory left for TLS");
    is_made = is_made && load(keys->context, files, e);
    if (is_made && !shake_hands(keys)) {
        is_made =
            fail(e, ERR_CERTIFICATE, "cannot use the certificate \"%s\": no handshake succeeds",
                 files->certificate);
    }
    if (!is_made) {
        tls_keys_free(&keys);
        return false;
    }
    *ret = keys;
    return true;
}

void tls_keys_free(tls_keys **keys)
{
    if (*keys != NULL) {
        SSL_CTX_free((*keys)->context); /* counted: connections keep theirs */
        mem_free(*keys);
        *keys = NULL;
    }
}

void tls_leave_thread(void)
{
    OPENSSL_thread_stop();
}

/* ---------------------------------------------------------------------------------- a connection
 */

bool tls_new(const tls_keys *keys, tls **ret)
{
    tls *t = mem_new(sizeof *t);
    if (t == NULL) {
        return false;
    }
    t->ssl = SSL_new(keys->context);
    t->in = BIO_new(BIO_s_mem());
    t->out = BIO_new(BIO_s_mem());
    if (t->ssl == NULL || t->in == NULL || t->out == NULL) {
        BIO_free(t->in);
        BIO_free(t->out);
        SSL_free(t->ssl);
        mem_free(t);
        ERR_clear_error();
        return false;
    }
    BIO_set_mem_eof_return(t->in, -1); /* empty means: more will come */
    SSL_set_bio(t->ssl, t->in, t->out);
    SSL_set_accept_state(t->ssl);
    *ret = t;
    return true;
}

void tls_free(tls **t)
{
    if (*t != NULL) {
        SSL_free((*t)->ssl);
        buf_fini(&(*t)->output);
        mem_free(*t);
        *t = NULL;
    }
}

bool tls_feed(tls *t, bytes came)
{
    return BIO_write(t->in, came.base, (int)came.len) == (int)came.len;
}

tls_reading tls_read(tls *t, char *room, size_t cap, size_t *ret_len)
{
    ERR_clear_error();
    if (SSL_read_ex(t->ssl, room, cap, ret_len) == 1) {
        return TLS_BYTES;
    }
    int why = SSL_get_error(t->ssl, 0);
    ERR_clear_error();
    return why == SSL_ERROR_WANT_READ     ? TLS_WAITS
           : why == SSL_ERROR_ZERO_RETURN ? TLS_ENDED
                                          : TLS_FAILED;
}

bool tls_is_open(const tls *t)
{
    return SSL_is_init_finished(t->ssl) == 1;
}

bool tls_write(tls *t, bytes plain)
{
    size_t written = 0;
    ERR_clear_error();
    bool is_written = plain.len == 0 || SSL_write_ex(t->ssl, plain.base, plain.len, &written) == 1;
    ERR_clear_error();
    return is_written && written == plain.len;
}

void tls_end(tls *t)
{
    if (!t->is_ended) {
        t->is_ended = true;
        if (tls_is_open(t)) {
            SSL_shutdown(t->ssl);
        }
        ERR_clear_error();
    }
}

bytes tls_output(tls *t)
{
    size_t waiting = BIO_ctrl_pending(t->out);
    if (waiting > 0) {
        char *room = buf_room(&t->output, waiting);
        if (room != NULL) {
            int len = BIO_read(t->out, room, (int)waiting);
            check(len == (int)waiting);
            t->output.len += waiting;
        }
        t->output.failed = false; /* what could not be moved now is moved next time */
    }
    return (bytes){t->output.base == NULL ? NULL : t->output.base + t->output_off,
                   t->output.len - t->output_off};
}

void tls_taken(tls *t, size_t len)
{
    check(len <= t->output.len - t->output_off);
    t->output_off += len;
    if (t->output_off == t->output.len) {
        t->output_off = 0;
        buf_fini(&t->output);
    }
}

void tls_peer_name(const tls *t, char ret[PEER_NAME_LEN + 1])
{
    ret[0] = '\0';
    X509 *certificate = SSL_get0_peer_certificate(t->ssl);
    if (certificate == NULL || SSL_get_verify_result(t->ssl) != X509_V_OK) {
        return;
    }
    char name[PEER_NAME_LEN + 2];
    int len = X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name,
                                        sizeof name);
    /* A longer one, or one with a NUL in it, is no name we know. */
    if (len > 0 && len <= PEER_NAME_LEN && strlen(name) == (size_t)len) {
        memcpy(ret, name, (size_t)len + 1);
    }
}
