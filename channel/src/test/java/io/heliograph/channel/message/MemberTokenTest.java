package io.heliograph.channel.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.DropReason;
import io.heliograph.channel.Rendezvous;
import io.heliograph.testkit.Await;
import io.heliograph.testkit.Scratch;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tokens that members present to a host on a loopback port. */
class MemberTokenTest {

    @RegisterExtension
    final Scratch scratch = new Scratch();

    private byte[] token = {};

    @BeforeEach
    void host() throws IOException {
        scratch.closing(new MessageChannelFixture(scratch.folder(), builder -> builder.rendezvous(Rendezvous.LOOPBACK)))
                .connected();
        token = RawMember.token(scratch.folder());
    }

    private RawMember join(byte[] presented) throws IOException {
        return scratch.closing(RawMember.overTcp(scratch.folder())).join(presented);
    }

    private void assertRefused(byte[] presented) throws IOException {
        RawMember member = join(presented);
        Await.value(member.ended);
        assertThat(member.frames).containsExactly(Wire.refused(Wire.WRONG_TOKEN));
    }

    @Test
    void wrongTokenOfRightLengthIsRefused() throws IOException {
        for (int i : new int[] {0, token.length / 2, token.length - 1}) {
            byte[] wrong = token.clone();
            wrong[i] ^= 1;
            assertRefused(wrong);
        }
    }

    @Test
    void tokenOfAnotherLengthIsRefused() throws IOException {
        assertRefused(new byte[0]);
        assertRefused(Arrays.copyOf(token, token.length - 1));
        assertRefused(Arrays.copyOf(token, token.length + 1));
    }

    @Test
    void rightTokenJoins() throws IOException {
        RawMember member = join(token);
        await().atMost(Await.TIMEOUT).until(() -> member.hasReceived(Wire.WELCOME));
    }

    @Test
    void refusedTokensAreCounted() throws IOException {
        MessageChannelFixture second =
                new MessageChannelFixture(scratch.path("other"), builder -> builder.rendezvous(Rendezvous.LOOPBACK));
        scratch.closing(second).connected();
        RawMember member =
                scratch.closing(RawMember.overTcp(scratch.path("other"))).join(token);
        Await.value(member.ended);
        assertThat(second.channel.stats().drops()).containsEntry(DropReason.TOKEN_REFUSED, 1L);
    }
}
