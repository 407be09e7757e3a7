package io.heliograph.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.Address;
import io.heliograph.DropReason;
import io.heliograph.endpoint.Counters;
import io.heliograph.endpoint.FailureLog;
import io.heliograph.endpoint.Refusals;
import org.junit.jupiter.api.Test;

class RefusalsTest {

    @Test
    void refusalsAreCountedAndTheFirstIsLoggedWithItsClient() {
        RecordedLog log = new RecordedLog();
        Counters counters = new Counters();
        Refusals refusals = new Refusals(new FailureLog(log.logger()), counters);
        Address peer = new Address.Tcp("192.0.2.1", 5000);
        refusals.refused(DropReason.ORIGIN_REFUSED, peer, "http://evil\u001b.example");
        refusals.refused(DropReason.ORIGIN_REFUSED, peer, "http://other.example");
        refusals.refused(DropReason.HOST_REFUSED, peer, "x".repeat(10_000));
        assertThat(log.lines())
                .containsExactly(
                        "WARN Request refused: reason=origin-refused peer=tcp://192.0.2.1:5000"
                                + " value=http://evil\\u001b.example",
                        "WARN Request refused: reason=host-refused peer=tcp://192.0.2.1:5000 value=" + "x".repeat(99)
                                + "…");
        assertThat(counters.read(0).drops())
                .containsEntry(DropReason.ORIGIN_REFUSED, 2L)
                .containsEntry(DropReason.HOST_REFUSED, 1L);
    }
}
