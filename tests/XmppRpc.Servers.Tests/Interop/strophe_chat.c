/* Logs in with libstrophe over STARTTLS, sends the files out-0, out-1, ... of a folder to a peer as bodies of chat messages, and writes the bodies
 * that the peer sends to the files in-0, in-1, ... . Ends in order when as many came as went.
 *
 * usage: strophe_chat JID PASSWORD HOST PORT CERTIFICATE PEER FOLDER COUNT
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strophe.h>

static const char *peer, *folder;
static int count, received, failed;

static void fail(const char *why)
{
    fprintf(stderr, "strophe_chat: %s\n", why);
    exit(1);
}

static char *read_file(int number)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/out-%d", folder, number);
    FILE *file = fopen(path, "rb");
    if (!file)
        fail(path);
    fseek(file, 0, SEEK_END);
    long length = ftell(file);
    rewind(file);
    char *text = calloc(length + 1, 1);
    if (!text || fread(text, 1, length, file) != (size_t)length)
        fail("cannot read");
    fclose(file);
    return text;
}

static void write_file(int number, const char *text)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/in-%d", folder, number);
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(text, 1, strlen(text), file) != strlen(text) || fclose(file))
        fail(path);
}

static int hear(xmpp_conn_t *conn, xmpp_stanza_t *stanza, void *userdata)
{
    xmpp_ctx_t *ctx = userdata;
    const char *type = xmpp_stanza_get_type(stanza);
    const char *from = xmpp_stanza_get_from(stanza);
    char *body = xmpp_message_get_body(stanza);
    if (type && !strcmp(type, "error"))
        fail("a message came back");
    if (body && from && !strcmp(from, peer)) {
        write_file(received++, body);
        if (received == count)
            xmpp_disconnect(conn);
    }
    if (body)
        xmpp_free(ctx, body);
    return 1;
}

static int give_up(xmpp_conn_t *conn, void *userdata)
{
    (void)userdata;
    failed = 1;
    fprintf(stderr, "strophe_chat: only %d of %d messages came\n", received, count);
    xmpp_disconnect(conn);
    return 0;
}

static void greet(xmpp_conn_t *conn, xmpp_ctx_t *ctx)
{
    xmpp_stanza_t *presence = xmpp_presence_new(ctx);
    xmpp_send(conn, presence);
    xmpp_stanza_release(presence);
    for (int i = 0; i < count; i++) {
        char id[32];
        snprintf(id, sizeof id, "strophe-%d", i);
        char *text = read_file(i);
        xmpp_stanza_t *message = xmpp_message_new(ctx, "chat", peer, id);
        xmpp_message_set_body(message, text);
        xmpp_send(conn, message);
        xmpp_stanza_release(message);
        free(text);
    }
}

static void change(xmpp_conn_t *conn, xmpp_conn_event_t status, int error, xmpp_stream_error_t *stream_error, void *userdata)
{
    xmpp_ctx_t *ctx = userdata;
    if (status == XMPP_CONN_CONNECT) {
        if (!xmpp_conn_is_secured(conn))
            fail("not encrypted");
        xmpp_handler_add(conn, hear, NULL, "message", NULL, ctx);
        xmpp_timed_handler_add(conn, give_up, 60000, ctx);
        greet(conn, ctx);
        return;
    }
    if (error || stream_error) {
        failed = 1;
        fprintf(stderr, "strophe_chat: lost: %d %s\n", error, stream_error && stream_error->text ? stream_error->text : "");
    }
    xmpp_stop(ctx);
}

int main(int argc, char **argv)
{
    if (argc != 9)
        fail("usage: JID PASSWORD HOST PORT CERTIFICATE PEER FOLDER COUNT");
    peer = argv[6];
    folder = argv[7];
    count = atoi(argv[8]);
    xmpp_initialize();
    xmpp_ctx_t *ctx = xmpp_ctx_new(NULL, xmpp_get_default_logger(XMPP_LEVEL_WARN));
    xmpp_conn_t *conn = xmpp_conn_new(ctx);
    xmpp_conn_set_flags(conn, XMPP_CONN_FLAG_MANDATORY_TLS);
    xmpp_conn_set_cafile(conn, argv[5]);
    xmpp_conn_set_jid(conn, argv[1]);
    xmpp_conn_set_pass(conn, argv[2]);
    if (xmpp_connect_client(conn, argv[3], (unsigned short)atoi(argv[4]), change, ctx) != XMPP_EOK)
        fail("cannot connect");
    xmpp_run(ctx);
    xmpp_conn_release(conn);
    xmpp_ctx_free(ctx);
    xmpp_shutdown();
    printf("%d messages\n", received);
    return failed || received != count;
}
