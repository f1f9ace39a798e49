#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io/peer.h"
#include "unit/rpc_toy.h"

/* Both ends of a connection on this machine; the first is the server's. */
static void connect_pair(int family, int ret[2])
{
    struct sockaddr_storage address = {.ss_family = (sa_family_t)family};
    socklen_t len = family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
    if (family == AF_INET) {
        ((struct sockaddr_in *)&address)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    } else {
        ((struct sockaddr_in6 *)&address)->sin6_addr = in6addr_loopback;
    }
    int listener = socket(family, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, len), 0);
    ck_assert_int_eq(listen(listener, 1), 0);
    ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&address, &len), 0);
    ret[1] = socket(family, SOCK_STREAM, 0);
    ck_assert_int_eq(connect(ret[1], (struct sockaddr *)&address, len), 0);
    ret[0] = accept(listener, NULL, NULL);
    ck_assert_int_ge(ret[0], 0);
    close(listener);
}

START_TEST(peer_on_a_unix_socket_is_its_user)
{
    int ends[2];
    io_peer peer;
    char address[64];
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    peer_look(ends[0], true, &peer);
    ck_assert(peer.is_unix);
    ck_assert(peer.has_uid);
    ck_assert_uint_eq(peer.uid, geteuid());
    ck_assert_uint_ge(peer.group_count, 1);
    ck_assert_uint_eq(peer.groups[0], getegid());
    snprintf(address, sizeof address, "unix:%u", geteuid());
    ck_assert_str_eq(peer.address, address);
    close(ends[0]);
    close(ends[1]);
}
END_TEST

START_TEST(peer_on_loopback_is_the_user_whose_socket_it_is)
{
    static const int FAMILIES[] = {AF_INET, AF_INET6};
    static const char *const ADDRESSES[] = {"127.0.0.1", "::1"};
    for (int f = 0; f < 2; f++) {
        int ends[2];
        io_peer peer;
        connect_pair(FAMILIES[f], ends);
        peer_look(ends[0], false, &peer);
        ck_assert(!peer.is_unix);
        ck_assert_str_eq(peer.address, ADDRESSES[f]);
        ck_assert(peer.has_uid);
        ck_assert_uint_eq(peer.uid, geteuid());
        close(ends[0]);
        close(ends[1]);
    }
}
END_TEST

START_TEST(peer_that_cannot_be_asked_about_is_nobody)
{
    io_peer peer;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    peer_look(fd, false, &peer);
    ck_assert(!peer.has_uid);
    ck_assert_str_eq(peer.address, "unknown");
    close(fd);
    peer_look(-1, true, &peer);
    ck_assert(!peer.has_uid);
    peer_look(-1, false, &peer);
    ck_assert(!peer.has_uid);
}
END_TEST

TOY_MAIN("io/peer", peer_on_a_unix_socket_is_its_user,
         peer_on_loopback_is_the_user_whose_socket_it_is, peer_that_cannot_be_asked_about_is_nobody)
