package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Test suite of socketcluster-client, unmodified, against our server. */
class NpmRealtimeClientSuiteInteropTest {

    @RegisterExtension
    final InteropScratch scratch = new InteropScratch();

    private record Outcome(int passes, List<String> failures) {}

    /** Runs the suite; a skipped test counts as failed. */
    private static Outcome follow(PeerProcess suite, Consumer<PeerEvent> servers) {
        List<String> failures = new ArrayList<>();
        int passes = 0;
        PeerEvent event;
        do {
            event = suite.events().next();
            servers.accept(event);
            if (event.name().equals("pass")) {
                passes++;
            } else if (event.name().equals("fail") || event.name().equals("pending")) {
                failures.add(event.text("title") + ": " + event.get("text"));
            }
        } while (!event.name().equals("end"));
        return new Outcome(passes, failures);
    }

    @Test
    void npmClientTestSuitePasses() {
        RealtimeSuiteServers.warmUp();
        PeerProcess suite = scratch.closing(PeerProcess.script("realtime-client-suite.js"));
        RealtimeSuiteServers servers = scratch.closing(new RealtimeSuiteServers(suite));
        Outcome outcome = follow(suite, servers::obey);

        assertThat(outcome.failures()).isEmpty();
        assertThat(outcome.passes()).isEqualTo(40);
    }

    @Test
    void npmClientTestSuiteFailsWithoutServer() {
        PeerProcess suite =
                scratch.closing(PeerProcess.script("realtime-client-suite.js", "only", "Ping/pong", "timeout", 500));
        Outcome outcome = follow(suite, event -> {});

        assertThat(outcome.passes()).isZero();
        assertThat(outcome.failures()).isNotEmpty();
    }
}
