/* Who is at the other end. A Unix socket tells; so does TCP on this machine, if one asks the kernel
 * whose the other socket is (sock_diag): on a machine with many users only one's own processes are
 * oneself. */
#include "io/peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---------------------------------------------------------------------------------- Unix */

static void look_unix(int fd, io_peer *ret)
{
    struct ucred who;
    socklen_t len = sizeof who;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) != 0) {
        snprintf(ret->address, sizeof ret->address, "unix:unknown");
        return;
    }
    ret->has_uid = true;
    ret->uid = who.uid;
    snprintf(ret->address, sizeof ret->address, "unix:%u", (unsigned)who.uid);
    ret->groups[ret->group_count++] = who.gid;
    gid_t groups[PEER_GROUP_MAX - 1];
    len = sizeof groups;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len) == 0) {
        for (size_t i = 0; i < len / sizeof groups[0]; i++) {
            ret->groups[ret->group_count++] = groups[i];
        }
    }
}

/* ---------------------------------------------------------------------------------- TCP */

typedef struct ends {
    struct sockaddr_storage own, other;
} ends;

static bool read_ends(int fd, ends *ret)
{
    socklen_t own_len = sizeof ret->own;
    socklen_t other_len = sizeof ret->other;
    return getsockname(fd, (struct sockaddr *)&ret->own, &own_len) == 0 &&
           getpeername(fd, (struct sockaddr *)&ret->other, &other_len) == 0;
}

static bool is_loopback(const struct sockaddr_storage *address)
{
    if (address->ss_family == AF_INET) {
        const struct sockaddr_in *four = (const struct sockaddr_in *)address;
        return ntohl(four->sin_addr.s_addr) >> 24 == 127;
    }
    const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)address;
    return address->ss_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&six->sin6_addr);
}

typedef struct diag_question {
    struct nlmsghdr head;
    struct inet_diag_req_v2 body;
} diag_question;

/* The peer's own socket: its source is our destination. */
static void name_socket(const ends *e, struct inet_diag_sockid *ret)
{
    ret->idiag_cookie[0] = INET_DIAG_NOCOOKIE;
    ret->idiag_cookie[1] = INET_DIAG_NOCOOKIE;
    if (e->own.ss_family == AF_INET) {
        const struct sockaddr_in *own = (const struct sockaddr_in *)&e->own;
        const struct sockaddr_in *other = (const struct sockaddr_in *)&e->other;
        ret->idiag_sport = other->sin_port;
        ret->idiag_dport = own->sin_port;
        ret->idiag_src[0] = other->sin_addr.s_addr;
        ret->idiag_dst[0] = own->sin_addr.s_addr;
    } else {
        const struct sockaddr_in6 *own = (const struct sockaddr_in6 *)&e->own;
        const struct sockaddr_in6 *other = (const struct sockaddr_in6 *)&e->other;
        ret->idiag_sport = other->sin6_port;
        ret->idiag_dport = own->sin6_port;
        memcpy(ret->idiag_src, &other->sin6_addr, 16);
        memcpy(ret->idiag_dst, &own->sin6_addr, 16);
    }
}

static bool ask_kernel(const ends *e, uint32_t *ret_uid)
{
    int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    if (fd < 0) {
        return false;
    }
    diag_question question = {
        .head = {.nlmsg_len = sizeof question,
                 .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                 .nlmsg_flags = NLM_F_REQUEST},
        .body = {.sdiag_family = (uint8_t)e->own.ss_family,
                 .sdiag_protocol = IPPROTO_TCP,
                 .idiag_states = UINT32_MAX},
    };
    name_socket(e, &question.body.id);
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    union {
        struct nlmsghdr head;
        char room[1024];
    } answer;
    bool is_told = sendto(fd, &question, sizeof question, 0, (const struct sockaddr *)&kernel,
                          sizeof kernel) == (ssize_t)sizeof question;
    /* The kernel has answered when sendto returns. */
    ssize_t len = is_told ? recv(fd, &answer, sizeof answer, MSG_DONTWAIT) : -1;
    close(fd);
    size_t needed_len = NLMSG_LENGTH(sizeof(struct inet_diag_msg));
    is_told = len >= (ssize_t)needed_len && answer.head.nlmsg_type == SOCK_DIAG_BY_FAMILY;
    if (is_told) {
        struct inet_diag_msg found;
        memcpy(&found, NLMSG_DATA(&answer.head), sizeof found);
        is_told = found.id.idiag_sport == question.body.id.idiag_sport &&
                  found.id.idiag_dport == question.body.id.idiag_dport;
        *ret_uid = found.idiag_uid;
    }
    return is_told;
}

static void look_tcp(int fd, io_peer *ret)
{
    ends e;
    if (!read_ends(fd, &e)) {
        snprintf(ret->address, sizeof ret->address, "unknown");
        return;
    }
    const void *address = e.other.ss_family == AF_INET
                              ? (const void *)&((const struct sockaddr_in *)&e.other)->sin_addr
                              : (const void *)&((const struct sockaddr_in6 *)&e.other)->sin6_addr;
    if (inet_ntop(e.other.ss_family, address, ret->address, sizeof ret->address) == NULL) {
        snprintf(ret->address, sizeof ret->address, "unknown");
    }
    ret->has_uid = is_loopback(&e.own) && is_loopback(&e.other) && ask_kernel(&e, &ret->uid);
}

void peer_look(int fd, bool is_unix, io_peer *ret)
{
    *ret = (io_peer){.is_unix = is_unix};
    if (is_unix) {
        look_unix(fd, ret);
    } else {
        look_tcp(fd, ret);
    }
}
