package io.github.systemd4j.machine.dbus;

import java.io.Closeable;
import java.time.Duration;

/**
 * A message bus. All that the rest of the module knows of D-Bus, so that the client behind it can be exchanged.
 *
 * <p>Thread safe. Every call ends within the time limit that the bus was made with.
 */
public interface Bus extends Closeable {

    /**
     * Calls a method and waits for its answer. Connects, if there is no connection (any more).
     *
     * @param destination who is called
     * @param path the object
     * @param interfaceName the interface
     * @param member the method
     * @param signature the types of the values
     * @param values the values
     * @return the answer
     * @throws BusException if there is none, or it is an error
     * @throws IllegalArgumentException if the values are not of these types
     */
    Message call(
            String destination, String path, String interfaceName, String member, String signature, Object... values)
            throws BusException;

    /**
     * Our process, as those see it who are on the bus: in a pid namespace this is another number than we know.
     *
     * @return a pid in the namespace of the bus
     * @throws BusException if the bus does not say
     */
    long ownPid() throws BusException;

    /**
     * Asks the bus for signals, until the subscription is closed or the connection is lost.
     *
     * @param filter which ones
     * @param handler gets them
     * @return the subscription
     * @throws BusException if the bus does not answer or does not want to
     */
    Subscription subscribe(SignalFilter filter, SignalHandler handler) throws BusException;

    /**
     * Whether a bus has something under a name at the moment, or could start it.
     *
     * @param name a well-known name
     * @return whether a call to it would reach someone
     * @throws BusException if the bus does not say
     */
    boolean isKnown(String name) throws BusException;

    /**
     * Who owns a name.
     *
     * @param name a well-known name
     * @return a unique name
     * @throws BusException if nobody does, or the bus does not say
     */
    String owner(String name) throws BusException;

    /**
     * The time limit of each call.
     *
     * @return a positive time
     */
    Duration timeout();

    /** Ends the connection and the waiting of all calls. A second time does nothing. */
    @Override
    void close();

    /** Signals that were asked for. */
    interface Subscription extends Closeable {
        /** Asks for no more of them. Never throws: without a connection there are none. */
        @Override
        void close();
    }

    /** Gets signals, on the thread that reads them: it must neither wait nor throw. */
    interface SignalHandler {
        /**
         * A signal. Anybody on the bus may have sent it: look at {@link Message#sender()}.
         *
         * @param signal as it came
         */
        void signal(Message signal);

        /** The connection is gone; there will be no more signals. */
        void lost();
    }
}
