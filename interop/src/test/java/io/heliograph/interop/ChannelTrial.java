package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.channel.Rendezvous;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;

/** Some processes on one message channel, and what is done to them. */
final class ChannelTrial implements AutoCloseable {

    private static final Duration DEADLINE = Duration.ofSeconds(40);

    /** So that all have the command before the instant it names. */
    private static final int LEAD_MILLIS = 30;

    private final Path directory;
    private final Rendezvous rendezvous;
    private final int maxUnacknowledged;
    private final Duration stallTimeout;
    final List<PeerProcess> members = new ArrayList<>();
    private final Map<PeerProcess, Integer> sent = new LinkedHashMap<>();

    ChannelTrial(Rendezvous rendezvous) {
        this(rendezvous, 8 << 20, Duration.ofSeconds(5));
    }

    private ChannelTrial(Rendezvous rendezvous, int maxUnacknowledged, Duration stallTimeout) {
        this.rendezvous = rendezvous;
        this.maxUnacknowledged = maxUnacknowledged;
        this.stallTimeout = stallTimeout;
        try {
            this.directory = Files.createTempDirectory("hc");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Queues that are soon full, and nobody who is dropped for reading nothing. */
    static ChannelTrial withSmallQueues() {
        return new ChannelTrial(Rendezvous.UNIX, 256 << 10, Duration.ofMinutes(5));
    }

    private static ConditionFactory soon() {
        return await().atMost(DEADLINE).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(10));
    }

    PeerProcess start() {
        PeerProcess member = PeerProcess.java(
                ChannelMember.class,
                directory.toString(),
                rendezvous.toString(),
                Integer.toString(maxUnacknowledged),
                Long.toString(stallTimeout.toSeconds()));
        members.add(member);
        return member;
    }

    /** Starts processes that join in the same instant, once all are up; each knows all when this returns. */
    void startTogether(int count) {
        for (int i = 0; i < count; i++) {
            start();
        }
        members.forEach(ChannelTrial::awaitStarted);
        joinTogether();
    }

    /** Lets all join in the same instant; each knows all when this returns. */
    void joinTogether() {
        long at = System.currentTimeMillis() + LEAD_MILLIS;
        members.forEach(member -> member.command("join", "at", at));
        awaitAllKnown();
    }

    /** Lets all leave; they may join again. */
    void leaveTogether() {
        members.forEach(member -> member.command("leave"));
        members.forEach(member -> member.await("closed"));
        sent.clear();
    }

    /** Starts a process that joins, and waits until all others have noticed it. */
    void addOne() {
        joinAlone();
        awaitAllKnown();
    }

    /** Starts a process that joins, independent of the others. */
    PeerProcess joinAlone() {
        PeerProcess member = start();
        awaitStarted(member);
        member.command("join", "at", 0);
        return member;
    }

    /** Has one more process become a host: while the present one stands still, its entry is not to be seen. */
    void addSecondHost() {
        PeerProcess first = host();
        Path entry = channelDirectory().resolve(Long.toString(first.pid()));
        Path aside = entry.resolveSibling("aside");
        first.suspend();
        try {
            Files.move(entry, aside);
            PeerEvent connected = joinAlone().await("connected");
            assertThat(connected.get("host")).isEqualTo(connected.get("member"));
            Files.move(aside, entry);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            first.resume();
        }
    }

    private Path channelDirectory() {
        return directory.resolve(".soak+messages");
    }

    /** Ten starting Javas may take a while on a small machine. */
    private static void awaitStarted(PeerProcess member) {
        soon().until(() -> !member.all("started").isEmpty());
    }

    void awaitAllKnown() {
        int others = members.size() - 1;
        for (PeerProcess member : members) {
            soon().untilAsserted(() ->
                    assertThat(report(member).get("members")).as(this::history).isEqualTo(others));
        }
    }

    /** The last things that happened to each member. */
    private String history() {
        StringBuilder text = new StringBuilder("members known");
        for (PeerProcess member : members) {
            List<PeerEvent> events = member.events().all();
            text.append("\nprocess ").append(member.pid());
            events.subList(Math.max(0, events.size() - 25), events.size()).stream()
                    .filter(event -> !event.name().equals("report"))
                    .forEach(event -> text.append("\n  ").append(event));
        }
        return text.append('\n').toString();
    }

    static PeerEvent report(PeerProcess member) {
        member.command("report");
        return member.await("report");
    }

    /** The one process that hosts. */
    PeerProcess host() {
        List<PeerProcess> hosts = members.stream()
                .filter(m -> Boolean.TRUE.equals(report(m).get("hosting")))
                .toList();
        assertThat(hosts).as("hosts").hasSize(1);
        return hosts.getFirst();
    }

    /**
     * Lets all members send {@code count} numbers each and meanwhile kills the host in the way it cannot notice.
     *
     * @return time until the last member was connected to a new host, in milliseconds
     */
    long killHostWhileSending(int count) {
        PeerProcess host = host();
        sendAll(count);
        return kill(host);
    }

    /**
     * Stops a member from reading, lets all others send until they may not send any more, and kills the host.
     *
     * @return as {@link #killHostWhileSending}
     */
    long killHostWhileFull() {
        PeerProcess host = host();
        PeerProcess deaf = members.getLast() == host ? members.getFirst() : members.getLast();
        List<PeerProcess> senders = members.stream()
                .filter(member -> member != deaf && member != host)
                .toList();
        deaf.suspend();
        senders.forEach(member -> member.command("fill"));
        for (PeerProcess member : senders) {
            sent.put(member, (Integer) member.await("full").get("sent"));
        }
        deaf.resume();
        return kill(host);
    }

    private long kill(PeerProcess host) {
        members.remove(host);
        long before = System.currentTimeMillis();
        host.kill9();
        return awaitTakeover() - before;
    }

    /** Lets the host leave, the others take over, and it join again as another member. */
    void hostLeavesAndJoinsAgain() {
        PeerProcess host = host();
        host.command("leave");
        for (PeerProcess member : members) {
            member.await(member == host ? "closed" : "takeover");
        }
        host.command("join", "at", 0);
        awaitAllKnown();
    }

    /** Returns the resources of a member: bytes of heap, threads, open files and sockets. */
    static long[] resources(PeerProcess member) {
        member.command("resources");
        PeerEvent event = member.await("resources");
        return Stream.of("heap", "threads", "files")
                .mapToLong(name -> ((Number) event.get(name)).longValue())
                .toArray();
    }

    /** Waits until each member is connected to a new host; returns the time of the last one. */
    long awaitTakeover() {
        return members.stream()
                .mapToLong(member -> ((Number) member.await("takeover").get("at")).longValue())
                .max()
                .orElseThrow();
    }

    /** Deletes the channel's directory, whatever is in it. */
    void deleteDirectory() {
        Path channel = channelDirectory();
        while (Files.exists(channel)) {
            try (Stream<Path> files = Files.list(channel)) {
                for (Path file : files.toList()) {
                    Files.deleteIfExists(file);
                }
                Files.deleteIfExists(channel);
            } catch (DirectoryNotEmptyException e) {
                // Somebody has just taken the lock in it.
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    void sendAll(int count) {
        for (PeerProcess member : members) {
            sent.merge(member, count, Integer::sum);
            member.command("send", "count", count);
        }
    }

    /** Waits until all messages are acknowledged, and checks that all were received. */
    void awaitComplete() {
        sent.keySet().retainAll(members);
        for (PeerProcess member : members) {
            soon().until(() -> {
                PeerEvent report = report(member);
                return report.get("sent").equals(sent.getOrDefault(member, 0))
                        && ((Number) report.get("unacknowledged")).longValue() == 0;
            });
        }
        for (PeerProcess member : members) {
            // Acknowledged is delivered to the executor; its listener runs soon.
            soon().untilAsserted(() -> checkComplete(member));
            assertThat(member.all("broken")).isEmpty();
            assertThat(member.all("error")).isEmpty();
        }
    }

    private void checkComplete(PeerProcess member) {
        Map<?, ?> last = (Map<?, ?>) report(member).get("last");
        sent.forEach((other, number) -> {
            if (other != member) {
                assertThat(last.get(id(other)))
                        .as(
                                "from %s to %s; it was told %s, the sender %s",
                                id(other), id(member), member.all("left"), other.all("left"))
                        .isEqualTo(number);
            }
        });
    }

    private static @Nullable Object id(PeerProcess member) {
        return member.all("connected").getLast().get("member");
    }

    @Override
    public void close() {
        members.forEach(PeerProcess::close);
        members.forEach(PeerProcess::awaitExit);
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
