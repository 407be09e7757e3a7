package io.heliograph.bench;

import io.heliograph.bench.peer.SocketPeer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Measurement of typed sockets. */
final class SocketMeasurement extends PeerMeasurement {

    /** Maximum number of unacknowledged batches: 4 MB. */
    static final int BATCH_WINDOW = 64;

    private static final int LATENCY_DOUBLES = 8;
    private static final int BATCH_DOUBLES = 8192;
    private static final int SMALL_DOUBLES = 2;

    /** Number of acknowledgements per window. */
    private static final int ACKS_PER_WINDOW = 4;

    SocketMeasurement(Options options, Path bench, Path scratch) {
        super(options, bench, scratch, "peers/socket.js", SocketPeer.class);
    }

    @Override
    Map<Metric, Double> measure(Contestant contestant, Scenario scenario) throws IOException, InterruptedException {
        if (scenario.main().isLatency()) {
            return roundTrips(contestant, scenario, Optional.empty(), LATENCY_DOUBLES);
        }
        return scenario.equals(SocketSuite.BATCHES)
                ? oneWay(contestant, scenario, BATCH_DOUBLES, BATCH_WINDOW)
                : oneWay(contestant, scenario, SMALL_DOUBLES, WINDOW);
    }

    private Map<Metric, Double> oneWay(Contestant contestant, Scenario scenario, int doubles, int window)
            throws IOException, InterruptedException {
        return oneWay(
                contestant,
                scenario,
                Optional.empty(),
                window / ACKS_PER_WINDOW,
                scenario.main() == Metric.VOLUME ? doubles * Double.BYTES : 1,
                doubles,
                options.warmUpSeconds() * 1000,
                options.seconds() * 1000,
                window);
    }
}
