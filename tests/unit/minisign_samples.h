#ifndef TESTS_UNIT_MINISIGN_SAMPLES_H
#define TESTS_UNIT_MINISIGN_SAMPLES_H

/* Public keys, and signatures of "hello\n" by the first; nobody has their secret keys any more. */

#define SAMPLE_KEY                                                                                 \
    "untrusted comment: minisign public key 88A70B252B651F25\n"                                    \
    "RWQlH2UrJQuniFjDq8CtFKa7wv6XH0BGpaQmpxNyTtt6Nqxtw3OidrVD\n"

#define SAMPLE_OTHER_KEY                                                                           \
    "untrusted comment: minisign public key 49592529444784F4\n"                                    \
    "RWT0hEdEKSVZSRGg3pcDP3kpv3tMCUp1SlRyc2celcfwubiq8tuchKh+\n"

#define SAMPLE_DIGEST                                                                              \
    "untrusted comment: a signature\n"                                                             \
    "RUQlH2UrJQuniLXoObvjEgpxldwNFdhdn8Vp1cGfbCsaAjoSJDcR2FK3QQ5RMP3hQY5cvcSgAKRxGaKMo9CUSO0ds5pG" \
    "dgJoRgI=\n"                                                                                   \
    "trusted comment: files of a plugin\n"                                                         \
    "tid3R9OZZCdAtDfILLECxNIU4sZsFPy6GhMQiGMculpDqieSlA9JwgeP4IXYC/4uo54frnChxr45+hxUYcisAA==\n"

#define SAMPLE_LEGACY                                                                              \
    "untrusted comment: a signature\n"                                                             \
    "RWQlH2UrJQuniEv42IazEfxr8cGegwPcIXbuKDAL7Suixx2F7ATNcbG4kqSog/TVUWKqhhNnYiD/"                 \
    "bTQycRwm75xrVMii/AnMVAY=\n"                                                                   \
    "trusted comment: files of a plugin\n"                                                         \
    "4ynvjfuSnHWTf+uMwNN3JgARLo/MQ3otPhJOxN+N3u1miQHBv6fnNAz5oOvyr+8OUwCiUjebawvqQYyUXgMRDA==\n"

#endif
