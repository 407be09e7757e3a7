package io.heliograph.channel;

import io.heliograph.frame.Frame;

/** What a member of a test says goes nowhere. */
class SilentOutput implements MemberProtocol.Output {

    static MemberProtocol member(Id id) {
        return new MemberProtocol(id, new SilentOutput());
    }

    @Override
    public void send(Frame frame) {}

    @Override
    public void deliver(MemberProtocol.Peer from, Frame message) {}

    @Override
    public void welcomed(MemberProtocol.Welcome welcome) {}

    @Override
    public void joined(MemberProtocol.Peer peer) {}

    @Override
    public void left(MemberProtocol.Peer peer, LeaveReason reason) {}

    @Override
    public void missing(MemberProtocol.Peer peer) {}

    @Override
    public void owing() {}

    @Override
    public void released(int messages, long bytes) {}
}
