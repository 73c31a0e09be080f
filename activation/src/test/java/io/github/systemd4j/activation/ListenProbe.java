package io.github.systemd4j.activation;

import java.util.concurrent.CountDownLatch;

/** Says what it was started with, answers one connection on each of its sockets, and stays until it is ended. */
final class ListenProbe {

    private ListenProbe() {}

    public static void main(String[] arguments) throws Exception {
        long pid = ProcessHandle.current().pid();
        System.out.println(Long.toString(pid).equals(System.getenv("LISTEN_PID")) + " " + System.getenv("LISTEN_FDS")
                + " " + System.getenv("LISTEN_FDNAMES"));
        String[] names = System.getenv("LISTEN_FDNAMES").split(":", -1);
        for (int i = 0; i < names.length; i++) {
            OwnedSockets.answer(3 + i, names[i] + " by " + pid);
        }
        new CountDownLatch(1).await();
    }
}
