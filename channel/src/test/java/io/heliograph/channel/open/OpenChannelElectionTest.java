package io.heliograph.channel.open;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.Dispatch;
import io.heliograph.TransportException;
import io.heliograph.UnreachableException;
import io.heliograph.channel.OpenChannel;
import io.heliograph.channel.Rendezvous;
import io.heliograph.channel.election.ChannelDirectory;
import io.heliograph.testkit.Await;
import io.heliograph.testkit.Checklist;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Election of a host, takeover and rejected connections. */
class OpenChannelElectionTest extends OpenChannelTestCase {

    @Checklist({"CHANNEL 3", "CHANNEL 5", "CHANNEL 7"})
    @ParameterizedTest
    @EnumSource
    void firstMemberBecomesHost(Rendezvous rendezvous) {
        OpenChannelFixture alone = open(builder -> builder.rendezvous(rendezvous));
        alone.connect();
        assertThat(alone.channel.state()).isNotEqualTo(OpenChannel.State.INITIATED);
        eventually().until(() -> alone.accepted.size() == 1);
        assertThat(alone.channel.isConnected()).isTrue();
        assertThat(alone.channel.isHosting()).isTrue();
        assertThat(entry()).exists();
    }

    @Checklist("CHANNEL 3")
    @ParameterizedTest
    @EnumSource(names = {"UNIX", "LOOPBACK"})
    void hostingPrecedesOnConnect(Rendezvous rendezvous) {
        OpenChannelFixture alone =
                open(builder -> builder.rendezvous(rendezvous).dispatch(Dispatch.direct()));
        CompletableFuture<Boolean> hosting = new CompletableFuture<>();
        alone.channel.connect(
                Await.TIMEOUT, socket -> socket.onConnect(() -> hosting.complete(alone.channel.isHosting())));
        assertThat(Await.value(hosting)).isTrue();
    }

    @Checklist({"CHANNEL 8", "CHANNEL 32"})
    @ParameterizedTest
    @EnumSource
    void secondMemberConnectsToFirst(Rendezvous rendezvous) {
        OpenChannelFixture first =
                open(builder -> builder.rendezvous(rendezvous)).connected();
        OpenChannelFixture second =
                open(builder -> builder.rendezvous(rendezvous)).connected();
        eventually().until(() -> first.accepted.size() == 2);
        assertThat(second.channel.isHosting()).isFalse();
        assertThat(second.accepted).isEmpty();
    }

    @Test
    void memberFindsHostOfOtherRendezvous() {
        OpenChannelFixture unix =
                open(builder -> builder.rendezvous(Rendezvous.UNIX)).connected();
        open(builder -> builder.rendezvous(Rendezvous.LOOPBACK)).connected();
        eventually().until(() -> unix.accepted.size() == 2);
    }

    @Checklist({"CHANNEL 15", "CHANNEL 17", "CHANNEL 19", "CHANNEL 20", "CHANNEL 37"})
    @ParameterizedTest
    @EnumSource(names = {"UNIX", "LOOPBACK"})
    void exactlyOneMemberTakesOver(Rendezvous rendezvous) {
        UnaryOperator<OpenChannel.Builder> kind = builder -> builder.rendezvous(rendezvous);
        OpenChannelFixture host = open(kind).connected();
        List<OpenChannelFixture> others = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            others.add(open(kind).connected());
        }
        eventually().until(() -> host.accepted.size() == 10);
        host.close();
        for (OpenChannelFixture other : others) {
            eventually()
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> !other.channel.isConnected() || other.connects.get() == 2);
            other.socket().write("hello;");
        }
        eventually().until(() -> others.stream().allMatch(o -> o.channel.isConnected() && o.connects.get() == 2));
        List<OpenChannelFixture> hosts =
                others.stream().filter(other -> other.channel.isHosting()).toList();
        assertThat(hosts).hasSize(1);
        eventually().until(() -> hosts.getFirst().accepted.size() == 9);
        eventually().until(() -> hosts.getFirst().hostRead().equals("hello;".repeat(9)));
        assertThat(entry()).exists();
        others.forEach(OpenChannelFixture::close);
        assertThat(entry()).doesNotExist();
    }

    @Checklist("CHANNEL 18")
    @ParameterizedTest
    @EnumSource(names = {"UNIX", "LOOPBACK"})
    void exactlyOneOfTenConcurrentMembersHosts(Rendezvous rendezvous) {
        List<OpenChannelFixture> all = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            all.add(open(builder -> builder.rendezvous(rendezvous)));
        }
        all.parallelStream().forEach(OpenChannelFixture::connect);
        eventually().until(() -> all.stream().allMatch(one -> one.channel.isConnected()));
        assertThat(all.stream().filter(one -> one.channel.isHosting())).hasSize(1);
        eventually()
                .until(() -> all.stream().mapToInt(one -> one.accepted.size()).sum() == 10);
    }

    @Checklist("CHANNEL 27")
    @Test
    void staleEntryIsReplacedAndLiveEntryIsKept() throws IOException {
        Path directory = Files.createDirectory(directory());
        Path stale = entry();
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(stale));
        }
        Path dead = directory.resolve("999999999");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(dead));
        }
        OpenChannelFixture first = open().connected();
        assertThat(first.channel.isHosting()).isTrue();
        assertThat(dead).doesNotExist();
        Object key = ChannelDirectory.key(stale);
        open().connected();
        assertThat(ChannelDirectory.key(stale)).isEqualTo(key);
    }

    @Checklist("CHANNEL 28")
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void foreignFileAtOwnEntryIsAnError(boolean directory) throws IOException {
        Files.createDirectory(directory());
        if (directory) {
            Files.createDirectory(entry());
        } else {
            Files.writeString(entry(), "precious");
        }
        OpenChannelFixture one = open(builder -> builder.rendezvous(Rendezvous.UNIX));
        one.connect();
        eventually().until(() -> one.closes.get() == 1);
        assertThat(one.errors).singleElement().isInstanceOf(TransportException.class);
        assertThat(entry()).exists();
    }

    @Test
    void deletedDirectoryIsRecreated() throws IOException {
        OpenChannelFixture host = open().connected();
        OpenChannelFixture member = open().connected();
        scratch.remove(directory());
        eventually().until(() -> host.connects.get() == 2 && member.connects.get() == 2);
        assertThat(entry()).exists();
        assertThat(host.channel.isHosting()).isNotEqualTo(member.channel.isHosting());
    }

    /** The entry of the parent process, which is alive, with a socket that accepts nothing. */
    @Test
    void hostWithFullConnectionQueueIsStillHost() throws IOException {
        Files.createDirectory(
                directory(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        long parent = ProcessHandle.current().parent().orElseThrow().pid();
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory().resolve(Long.toString(parent)));
        ServerSocketChannel busy = scratch.closing(ServerSocketChannel.open(StandardProtocolFamily.UNIX));
        busy.bind(address, 1);
        fillQueue(address);
        OpenChannelFixture member = open();
        member.connect(Duration.ofMillis(200));
        eventually().until(() -> member.closes.get() == 1);
        assertThat(member.channel.isHosting()).isFalse();
        assertThat(entry()).doesNotExist();
        assertThat(member.errors).singleElement().isInstanceOf(UnreachableException.class);
    }

    private void fillQueue(UnixDomainSocketAddress address) throws IOException {
        while (true) {
            SocketChannel waiting = scratch.closing(SocketChannel.open(StandardProtocolFamily.UNIX));
            waiting.configureBlocking(false);
            try {
                waiting.connect(address);
            } catch (IOException full) {
                return;
            }
        }
    }
}
