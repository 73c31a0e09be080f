package io.github.systemd4j.samples.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.junit.jupiter.api.Test;

class OrdersTest {

    @Test
    void anOrderIsLongAndHasLines() {
        assertThat(Orders.order(7)).hasSize(300_000).startsWith("order 7 line 0\norder 7 line 1\n");
    }

    @Test
    void theSecondOneHasNoPrice() {
        assertThatCode(() -> Orders.price(1, 10)).doesNotThrowAnyException();
        assertThatIllegalStateException()
                .isThrownBy(() -> Orders.price(2, 10))
                .withCauseInstanceOf(ArithmeticException.class);
    }
}
