package io.heliograph.bench;

import io.heliograph.bench.peer.Peer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Measurement of IPC over a Unix domain socket. */
final class IpcMeasurement extends PeerMeasurement {

    IpcMeasurement(Options options, Path bench, Path scratch) {
        super(options, bench, scratch, "peers/peer.js", Peer.class);
    }

    @Override
    Map<Metric, Double> measure(Contestant contestant, Scenario scenario) throws IOException, InterruptedException {
        Path socket = scratch.resolve("s");
        Files.deleteIfExists(socket);
        if (scenario.main().isLatency()) {
            int bytes = scenario.equals(IpcSuite.LATENCY_4K) ? 4096 : 64;
            return roundTrips(contestant, scenario, Optional.of(socket), bytes, bytes);
        }
        return oneWay(
                contestant,
                scenario,
                Optional.of(socket),
                ACK_EVERY,
                1,
                options.warmUpSeconds() * 1000,
                options.seconds() * 1000,
                WINDOW,
                ACK_EVERY);
    }
}
