package io.heliograph.server.binding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.server.Hub;
import io.heliograph.server.Protocols;
import io.heliograph.testkit.Await;
import io.heliograph.testkit.Scratch;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A hub on a message channel whose members are other processes, one of which hosts the channel and is killed. */
class HubMemberProcessesTest {

    private static final int COUNT = 3000;

    @RegisterExtension
    final Scratch scratch = new Scratch();

    @Test
    void messagesReachHubOnceInOrderWhenHostIsKilled() throws Exception {
        ChannelMemberProcess host = scratch.closing(new ChannelMemberProcess(scratch.folder()));
        assertThat(host.next()).isEqualTo("joined");
        Hub hub = Hub.builder()
                .listen(
                        "channel:m",
                        Protocols.messageChannel().configure(channel -> channel.directory(scratch.folder())))
                .build();
        scratch.closing(() -> Await.value(hub.closeGracefully(Duration.ofSeconds(2))));
        Await.value(hub.start());
        List<String> received = new CopyOnWriteArrayList<>();
        Await.value(hub.channel("m/n")
                .on(publication -> received.add(publication.data().text()))
                .subscribed());
        ChannelMemberProcess sender = scratch.closing(new ChannelMemberProcess(scratch.folder()));
        assertThat(List.of(sender.next(), sender.next())).containsExactlyInAnyOrder("joined", "hub");
        assertThat(host.next()).isEqualTo("hub");

        sender.send(COUNT);
        await().atMost(Await.TIMEOUT).pollInterval(Duration.ofMillis(1)).until(() -> !received.isEmpty());
        host.kill();
        await().atMost(Await.TIMEOUT).until(() -> received.size() >= COUNT);
        assertThat(received)
                .isEqualTo(IntStream.range(0, COUNT).mapToObj(Integer::toString).toList());

        Await.value(hub.exchange().publish("m/after", 1));
        assertThat(sender.next()).isEqualTo("after=1");
    }
}
