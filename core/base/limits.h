#ifndef CORE_BASE_LIMITS_H
#define CORE_BASE_LIMITS_H

/* Every limit of the program in one place, with its unit last. */
enum {
    JSON_DEPTH_MAX = 32, /* of a frame or record; the reader by itself goes deeper */
    JSON_READER_DEPTH_MAX = 1024,
    RECORD_LEN_MAX = 256 * 1024, /* one record, bytes */
    ID_LEN_MAX = 64,
    CONCEPT_LEN_MAX = 69,     /* "esco:" + 64 */
    TEXT_LEN_MAX = 16 * 1024, /* a title or description in one language */
    LIST_COUNT_MAX = 4096,    /* entries of one list in a record */
    INTAKE_COUNT_MAX = 4096,
    FRAME_LEN_MAX = 1024 * 1024,
    BATCH_COUNT_MAX = 100,
    BATCH_REPLY_LEN_MAX = 16 * 1024 * 1024,
    RPC_ID_LEN_MAX = 128,
    DEADLINE_MS_MAX = 24 * 60 * 60 * 1000,
    IN_FLIGHT_PER_SESSION_MAX = 32,
    IN_FLIGHT_MAX = 1024,
    CONNECTION_COUNT_MAX = 10000,
    OUTPUT_PAUSE_LEN = 256 * 1024, /* stop reading from a session that does not read */
    OUTPUT_CLOSE_LEN = 8 * 1024 * 1024,
    WRITE_STALL_MS = 30 * 1000,
    DRAIN_MS = 30 * 1000,
    /* Before somebody signs in. */
    NOBODY_COUNT_MAX = 256,
    NOBODY_FRAME_LEN_MAX = 16 * 1024,
    NOBODY_OUTPUT_LEN_MAX = 64 * 1024,
    SIGN_IN_MS = 10 * 1000,
    HTTP_HEAD_MS = 10 * 1000, /* for a whole head, not for a byte of it */
    HTTP_BODY_MS = 30 * 1000,
    HTTP_IDLE_MS = 60 * 1000,  /* between two requests */
    HTTP_LINGER_MS = 2 * 1000, /* for a peer to read why it is let go */
    WS_PING_MS = 30 * 1000,
    WS_SILENCE_MS = 60 * 1000,
    WORKER_COUNT_MAX = 64,
    MATCH_LIMIT_MAX = 500,
    LIST_LIMIT_MAX = 500,
    OTHER_INTAKES_MAX = 5,
    TAIL_ROW_MAX = 1024,
    SEGMENT_RATIO = 4,
    CHUNK_ROW_MAX = 128,
    CRITERION_COUNT_MAX = 32,
    GATE_COUNT_MAX = 64,
    PLUGIN_COUNT_MAX = 64,
    EXPLAIN_ARG_MAX = 8,
    STORE_BUSY_MS = 2000, /* how long a write waits for a lock of somebody else */
    POINTS_MAX = 1000000
};

#endif
