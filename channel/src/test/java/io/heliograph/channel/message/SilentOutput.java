package io.heliograph.channel.message;

import io.heliograph.channel.LeaveReason;
import io.heliograph.frame.Frame;

/** Discards the output of a member. */
class SilentOutput implements MemberProtocol.Output {

    static MemberProtocol member(Id id) {
        return new MemberProtocol(id, new SilentOutput());
    }

    @Override
    public void send(Frame frame) {}

    @Override
    public void deliver(Peer from, Frame message) {}

    @Override
    public void welcomed(MemberProtocol.Welcome welcome) {}

    @Override
    public void joined(Peer peer) {}

    @Override
    public void left(Peer peer, LeaveReason reason) {}

    @Override
    public void missing(Peer peer) {}

    @Override
    public void ackOwed() {}

    @Override
    public void released(int messages, long bytes) {}
}
