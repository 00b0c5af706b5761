"""Logs in with slixmpp over STARTTLS, says "hello from slixmpp" to a peer, and prints the peer's first answer.

usage: slixmpp_chat.py JID PASSWORD HOST PORT CERTIFICATE PEER
"""
import asyncio
import sys

import slixmpp

jid, password, host, port, certificate, peer = sys.argv[1:]


class Chat(slixmpp.ClientXMPP):
    def __init__(self):
        super().__init__(jid, password)
        self.ca_certs = certificate
        self.use_ipv6 = False
        self.answer = asyncio.get_event_loop().create_future()
        self.add_event_handler("session_start", self.greet)
        self.add_event_handler("message", self.hear)
        self.add_event_handler("failed_auth", lambda _: self.fail("the login failed"))
        self.add_event_handler("connection_failed", self.fail)

    async def greet(self, _):
        self.send_presence()
        await self.get_roster()
        self.send_message(mto=peer, mbody="hello from slixmpp", mtype="chat")

    def hear(self, message):
        if not self.answer.done():
            self.answer.set_result(message)

    def fail(self, reason):
        if not self.answer.done():
            self.answer.set_exception(ConnectionError(str(reason)))


async def main():
    chat = Chat()
    chat.connect((host, int(port)), force_starttls=True)
    message = await asyncio.wait_for(chat.answer, 30)
    print(message["from"], message["body"], chat.transport.get_extra_info("cipher") is not None, flush=True)
    await chat.disconnect(wait=2)


asyncio.get_event_loop().run_until_complete(main())
