/*
 * Preloaded into User Mode Linux on processors with AMX.
 *
 * UML 6.1 saves and restores the vector registers of its processes with PTRACE_GETREGSET and PTRACE_SETREGSET, in a buffer
 * of 2696 bytes: enough up to AVX-512. Where the processor has AMX, the kernel takes only a buffer of the full size, some
 * 11 KB, and answers EFAULT to any other. Here the rest is added; AMX's own registers, which no guest uses, stay initial.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

enum { BITMAP = 512 };                     /* XSTATE_BV, the first word of the XSAVE header */
static const uint64_t AMX = 3ULL << 17;    /* XTILECFG and XTILEDATA */

long ptrace(enum __ptrace_request request, ...)
{
    static long (*next)(enum __ptrace_request, ...);
    static char all[65536];                /* UML has one thread of its own that traces */
    va_list list;
    va_start(list, request);
    int pid = va_arg(list, int);
    void *address = va_arg(list, void *);
    void *data = va_arg(list, void *);
    va_end(list);

    if (!next)
        next = (long (*)(enum __ptrace_request, ...))dlsym(RTLD_NEXT, "ptrace");
    if ((request != PTRACE_GETREGSET && request != PTRACE_SETREGSET) || (uintptr_t)address != NT_X86_XSTATE)
        return next(request, pid, address, data);

    struct iovec *wanted = data, full = { all, sizeof all };
    long result = next(PTRACE_GETREGSET, pid, address, &full);
    if (result != 0)
        return result;
    if (wanted->iov_len > full.iov_len)
        wanted->iov_len = full.iov_len;
    if (request == PTRACE_GETREGSET) {
        memcpy(wanted->iov_base, all, wanted->iov_len);
        return result;
    }
    uint64_t present;
    memcpy(all, wanted->iov_base, wanted->iov_len);
    memcpy(&present, all + BITMAP, sizeof present);
    present &= ~AMX;
    memcpy(all + BITMAP, &present, sizeof present);
    return next(PTRACE_SETREGSET, pid, address, &full);
}
