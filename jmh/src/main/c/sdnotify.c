/* A whole process that says READY=1 by libsystemd: what a C service pays. */
#include <dlfcn.h>
#include <stddef.h>

int main(void) {
    void *library = dlopen("libsystemd.so.0", RTLD_NOW);
    int (*sd_notify)(int, const char *) = library ? (int (*)(int, const char *)) dlsym(library, "sd_notify") : NULL;
    return !sd_notify || sd_notify(0, "READY=1") < 0;
}
