package io.heliograph.bench.peer;

import io.heliograph.channel.Member;
import io.heliograph.channel.MessageChannel;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Member of a channel with typed listeners and plain sends, as applications write them; all options except dispatch
 * have their defaults.
 *
 * <pre>
 * DISPATCH host   DIRECTORY
 * DISPATCH echo   DIRECTORY
 * DISPATCH ping   DIRECTORY BYTES WARM_UP_TRIPS WARM_UP_MILLIS MILLIS FILE
 * DISPATCH sink   DIRECTORY ACK_EVERY
 * DISPATCH source DIRECTORY WARM_UP_MILLIS MILLIS WINDOW
 * DISPATCH member DIRECTORY
 * </pre>
 *
 * All roles except ping and source print "ready" and exit at the end of their standard input. A member prints the
 * instant of each takeover in microseconds, and answers "hosting".
 */
public final class ChannelPeer {

    private final MessageChannel channel;
    private final BlockingQueue<Member> met = new LinkedBlockingQueue<>();

    private ChannelPeer(String dispatch, Path directory) {
        channel = MessageChannel.builder("bench")
                .directory(directory)
                .dispatch(Peer.dispatch(dispatch.equals("warm-up") ? "virtual" : dispatch))
                .takeoverWarmUp(dispatch.equals("warm-up"))
                .build();
        channel.onError(error -> Peer.failed(error.toString()));
        channel.onJoin(met::add);
    }

    public static void main(String[] args) throws Exception {
        ChannelPeer peer = new ChannelPeer(args[0], Path.of(args[2]));
        switch (args[1]) {
            case "host" -> peer.live(() -> {});
            case "echo" -> peer.echo();
            case "ping" -> {
                RoundTrips trips = new RoundTrips(Integer.parseInt(args[4]), millis(args[5]), millis(args[6]));
                peer.ping(Ping.first(Integer.parseInt(args[3])), trips);
                trips.report(Path.of(args[7]));
            }
            case "sink" -> peer.sink(new Receipts(Integer.parseInt(args[3])));
            case "source" -> {
                Credit credit = new Credit(Integer.parseInt(args[5]), millis(args[3]), millis(args[4]));
                peer.source(credit);
                credit.report();
            }
            case "member" -> peer.member();
            default -> throw new IllegalArgumentException("role: " + args[1]);
        }
    }

    private static Duration millis(String text) {
        return Duration.ofMillis(Long.parseLong(text));
    }

    private void live(Runnable report) throws InterruptedException {
        Peer.endWithInput(report);
        channel.connect().join();
        Peer.ready();
        new CountDownLatch(1).await();
    }

    private void echo() throws InterruptedException {
        channel.topic("echo", Ping.class).on((ping, from) -> send(from, "echo", ping));
        live(() -> {});
    }

    private void ping(Ping first, RoundTrips trips) throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        Ping[] expected = {first};
        channel.topic("echo", Ping.class).on((ping, from) -> {
            ping.expect(expected[0]);
            if (!trips.more()) {
                done.countDown();
                return;
            }
            expected[0] = ping.next();
            send(from, "echo", expected[0]);
        });
        Member partner = join();
        trips.begin();
        send(partner, "echo", first);
        done.await();
        channel.close();
    }

    private void sink(Receipts receipts) throws InterruptedException {
        channel.topic("reading", Reading.class)
                .on((reading, from) -> receipts.received(reading, count -> send(from, "ack", count)));
        live(receipts::report);
    }

    /** Sends on its own thread, as an application that reports values does. */
    private void source(Credit credit) throws InterruptedException {
        channel.topic("ack", Long.class).on((count, from) -> credit.acknowledged(count));
        Member partner = join();
        long sent = 0;
        for (int granted; (granted = credit.await(sent)) > 0; ) {
            for (long end = sent + granted; sent < end; sent++) {
                send(partner, "reading", Reading.of(sent));
            }
        }
        channel.close();
    }

    private void member() throws IOException {
        channel.onTakeover(host -> Peer.print("takeover", ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now())));
        channel.connect().join();
        Peer.ready();
        BufferedReader questions = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        while (questions.readLine() != null) {
            Peer.print("hosting", channel.isHosting() ? 1 : 0);
            System.out.println("done");
        }
        System.exit(0);
    }

    /** Waits for the host and one other member; returns the latter. */
    private Member join() throws InterruptedException {
        channel.connect().join();
        Member host = channel.host().orElseThrow();
        Member one = met.take();
        return one.equals(host) ? met.take() : one;
    }

    private void send(Member to, String topic, Object message) {
        if (!channel.send(to, topic, message)) {
            throw Peer.failed("a message was refused: " + message);
        }
    }
}
