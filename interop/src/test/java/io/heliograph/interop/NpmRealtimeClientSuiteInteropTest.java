package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The tests that come with socketcluster-client, unchanged, against a server of ours. */
class NpmRealtimeClientSuiteInteropTest {

    @RegisterExtension final Scratch scratch = new Scratch();

    @Test
    void theClientsOwnTestsPass() {
        RealtimeSuiteServers.warmUp();
        PeerProcess suite = scratch.closing(PeerProcess.script("realtime-client-suite.js"));
        RealtimeSuiteServers servers = scratch.closing(new RealtimeSuiteServers(suite));
        List<String> failures = new ArrayList<>();
        int passes = 0;
        PeerEvent event;
        do {
            event = suite.events().next();
            servers.obey(event);
            if (event.name().equals("pass")) {
                passes++;
            } else if (event.name().equals("fail") || event.name().equals("pending")) {
                failures.add(event.text("title") + ": " + event.get("text"));
            }
        } while (!event.name().equals("end"));

        assertThat(failures).isEmpty();
        assertThat(passes).isEqualTo(40);
    }
}
