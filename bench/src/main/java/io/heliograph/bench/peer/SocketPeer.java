package io.heliograph.bench.peer;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Peer of bench/socket. All messages are framed doubles; the first double is the number of the message.
 *
 * <pre>
 * CONTESTANT echo
 * CONTESTANT ping   PORT DOUBLES WARM_UP_TRIPS WARM_UP_MILLIS MILLIS FILE
 * CONTESTANT sink   ACK_EVERY
 * CONTESTANT source PORT DOUBLES WARM_UP_MILLIS MILLIS WINDOW
 * </pre>
 *
 * A server prints "ready" with its port and exits at the end of its standard input. A client prints one line per
 * result: name and number.
 */
public final class SocketPeer {

    private SocketPeer() {}

    public static void main(String[] args) throws Exception {
        String contestant = args[0];
        boolean raw = contestant.equals("raw");
        switch (args[1]) {
            case "echo" -> {
                Peer.endWithInput(() -> {});
                if (raw) {
                    RawDoubles.echo();
                } else {
                    HelioDoubles.echo(Peer.dispatch(contestant));
                }
            }
            case "ping" -> {
                double[] message = new double[number(args[3])];
                RoundTrips trips = new RoundTrips(number(args[4]), millis(args[5]), millis(args[6]));
                if (raw) {
                    RawDoubles.ping(number(args[2]), message, trips);
                } else {
                    HelioDoubles.ping(Peer.dispatch(contestant), number(args[2]), message, trips);
                }
                trips.report(Path.of(args[7]));
            }
            case "sink" -> {
                Receipts receipts = new Receipts(number(args[2]));
                Peer.endWithInput(receipts::report);
                if (raw) {
                    RawDoubles.sink(receipts);
                } else {
                    HelioDoubles.sink(Peer.dispatch(contestant), receipts);
                }
            }
            case "source" -> {
                double[] message = new double[number(args[3])];
                Credit credit = new Credit(number(args[6]), millis(args[4]), millis(args[5]));
                if (raw) {
                    RawDoubles.source(number(args[2]), message, credit);
                } else {
                    HelioDoubles.source(Peer.dispatch(contestant), number(args[2]), message, credit);
                }
                credit.report();
            }
            default -> throw new IllegalArgumentException("role: " + args[1]);
        }
    }

    private static int number(String text) {
        return Integer.parseInt(text);
    }

    private static Duration millis(String text) {
        return Duration.ofMillis(Long.parseLong(text));
    }

    static void ready(int port) {
        System.out.println("ready " + port);
    }

    /** Checks that a received message is number {@code count}. */
    static void check(double[] message, long count) {
        if (message[0] != count) {
            throw Peer.failed("expected " + count + ", got " + message[0]);
        }
    }
}
