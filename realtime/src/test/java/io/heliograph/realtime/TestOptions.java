package io.heliograph.realtime;

import io.heliograph.realtime.client.ClientConfig;
import io.heliograph.transport.EventLoop;
import io.heliograph.transport.Transport;
import java.time.InstantSource;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/** Sets the options that only tests may set. */
public final class TestOptions {

    private TestOptions() {}

    public static void clock(RealtimeServer.Builder options, InstantSource clock) {
        options.clock = clock;
    }

    public static RealtimeClient.Builder transport(
            RealtimeClient.Builder options, Transport transport, EventLoop loop, RandomGenerator random) {
        return options.transport(transport, loop).random(random);
    }

    @SuppressWarnings("exports") // tests export nothing
    public static ClientConfig config(RealtimeClient.Builder options) {
        return options.config();
    }

    public static void nanoTime(RealtimeClient.Builder options, LongSupplier nanoTime) {
        options.nanoTime(nanoTime);
    }
}
