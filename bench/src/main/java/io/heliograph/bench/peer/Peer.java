package io.heliograph.bench.peer;

import io.heliograph.Dispatch;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Peer of bench/ipc.
 *
 * <pre>
 * CONTESTANT echo   SOCKET BYTES
 * CONTESTANT ping   SOCKET BYTES WARM_UP_TRIPS WARM_UP_MILLIS MILLIS FILE
 * CONTESTANT sink   SOCKET ACK_EVERY
 * CONTESTANT source SOCKET WARM_UP_MILLIS MILLIS WINDOW ACK_EVERY
 * </pre>
 *
 * A server prints "ready" and exits at the end of its standard input. A client prints one line per result: name and
 * number.
 */
public final class Peer {

    private Peer() {}

    public static void main(String[] args) throws Exception {
        String contestant = args[0];
        String role = args[1];
        Path socket = Path.of(args[2]);
        boolean raw = contestant.equals("raw");
        switch (role) {
            case "echo" -> {
                endWithInput(() -> {});
                int bytes = Integer.parseInt(args[3]);
                if (raw) {
                    RawPeer.echo(socket, Ping.wireBytes(bytes));
                } else {
                    HelioPeer.echo(socket, dispatch(contestant));
                }
            }
            case "ping" -> {
                int bytes = Integer.parseInt(args[3]);
                RoundTrips trips = new RoundTrips(Integer.parseInt(args[4]), millis(args[5]), millis(args[6]));
                if (raw) {
                    RawPeer.ping(socket, Ping.wireBytes(bytes), trips);
                } else {
                    HelioPeer.ping(socket, dispatch(contestant), Ping.first(bytes), trips);
                }
                trips.report(Path.of(args[7]));
            }
            case "sink" -> {
                Receipts receipts = new Receipts(Integer.parseInt(args[3]));
                endWithInput(receipts::report);
                if (raw) {
                    RawPeer.sink(socket, Reading.wireBytes(), receipts);
                } else {
                    HelioPeer.sink(socket, dispatch(contestant), receipts);
                }
            }
            case "source" -> {
                Credit credit = new Credit(Integer.parseInt(args[5]), millis(args[3]), millis(args[4]));
                if (raw) {
                    RawPeer.source(socket, Reading.wireBytes(), Integer.parseInt(args[6]), credit);
                } else {
                    HelioPeer.source(socket, dispatch(contestant), credit);
                }
                credit.report();
            }
            default -> throw new IllegalArgumentException("role: " + role);
        }
    }

    static void ready() {
        System.out.println("ready");
    }

    static void print(String name, long number) {
        System.out.println(name + " " + number);
    }

    /** Exits with an error: a failed measurement has no result. */
    static Error failed(String message) {
        System.err.println(message);
        Runtime.getRuntime().halt(1);
        return new AssertionError(message);
    }

    static Dispatch dispatch(String contestant) {
        return switch (contestant) {
            case "direct" -> Dispatch.direct();
            case "virtual" -> Dispatch.virtual();
            default -> throw new IllegalArgumentException("contestant: " + contestant);
        };
    }

    private static Duration millis(String text) {
        return Duration.ofMillis(Long.parseLong(text));
    }

    /** Exits at the end of standard input, also if the driver is killed. A plain exit writes the flight recording. */
    static void endWithInput(Runnable report) {
        Thread.ofPlatform().daemon().name("bench-end").start(() -> {
            try {
                while (System.in.read() >= 0) {
                    // The driver writes nothing.
                }
            } catch (IOException e) {
                // The driver has exited.
            }
            report.run();
            System.exit(0);
        });
    }
}
