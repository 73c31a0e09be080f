package io.github.systemd4j.samples.journal;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * A service that takes three orders, logs through SLF4J, and knows nothing of the journal: {@code logback.xml} does. In
 * the journal each event is one record. What is in the MDC is a field of all records of an order; the whole order, 300 kB
 * of it, is a field of one; and an exception with a deep stack and causes is one record as well, not a thousand lines.
 */
public final class Orders {

    /** What is known to be looked for has an id: {@code journalctl MESSAGE_ID=...}, see sd_id128_randomize(3). */
    static final String ORDER_REFUSED = "b3f6a1d5c2e84f0f9a7c4d1e8b5a6f70";

    static final int ORDER_CHARS = 300_000;
    static final int DEPTH = 500;

    private static final Logger LOG = LoggerFactory.getLogger(Orders.class);

    private Orders() {}

    /**
     * The program.
     *
     * @param arguments not used
     */
    public static void main(String[] arguments) {
        for (int id = 1; id <= 3; id++) {
            MDC.put("order.id", "o-" + id);
            try {
                take(id);
            } finally {
                MDC.remove("order.id");
            }
        }
    }

    private static void take(int id) {
        LOG.atInfo().addKeyValue("order", order(id)).log("order received");
        try {
            price(id, DEPTH);
            LOG.info("order accepted");
        } catch (IllegalStateException e) {
            LOG.atError().addKeyValue("message_id", ORDER_REFUSED).setCause(e).log("order refused");
        }
    }

    /** What the customer sent, all of it. */
    static String order(int id) {
        StringBuilder order = new StringBuilder(ORDER_CHARS);
        for (int line = 0; order.length() < ORDER_CHARS; line++) {
            order.append("order ").append(id).append(" line ").append(line).append('\n');
        }
        order.setLength(ORDER_CHARS);
        return order.toString();
    }

    /** Prices of prices of prices; the second order has one that nobody knows. */
    static void price(int id, int depth) {
        if (depth > 0) {
            price(id, depth - 1);
        } else if (id == 2) {
            throw new IllegalStateException("no price", new ArithmeticException("rounding an unknown price"));
        }
    }
}
