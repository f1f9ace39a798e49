#ifndef CORE_BASE_CHECK_H
#define CORE_BASE_CHECK_H

/* States what we know. A check that fails is a bug of ours: the process stops with a report.
 * Foreign bytes are refused with an err, never checked. Active in every build. */
#define check(what) ((what) ? (void)0 : check_failed(#what, __FILE__, __LINE__))

_Noreturn void check_failed(const char *what, const char *file, int line);

#endif
