"""Logs in with slixmpp over STARTTLS, sends numbered messages to a peer and takes as many from it, pings it, and waits for its last word.

usage: slixmpp_chat.py JID PASSWORD HOST PORT CERTIFICATE PEER COUNT SAMPLE
"""
import asyncio
import sys
from xml.etree import ElementTree

import slixmpp

jid, password, host, port, certificate, peer, count, sample = sys.argv[1:]


class Chat(slixmpp.ClientXMPP):
    def __init__(self):
        super().__init__(jid, password)
        self.ca_certs = certificate
        self.use_ipv6 = False
        self.register_plugin("xep_0198")
        self.register_plugin("xep_0199")
        self.heard = []
        self.done = asyncio.get_event_loop().create_future()
        self.add_event_handler("session_start", self.greet)
        self.add_event_handler("message", self.hear)
        self.add_event_handler("failed_auth", lambda _: self.fail("the login failed"))
        self.add_event_handler("connection_failed", self.fail)

    async def greet(self, _):
        self.send_presence()
        await self.get_roster()
        for number in range(int(count)):
            message = self.make_message(mto=peer, mbody=f"{number} {sample}", mtype="chat")
            # ejabberd's archive takes longer with every message in it
            message.append(ElementTree.Element("{urn:xmpp:hints}no-store"))
            message.send()

    def hear(self, message):
        if message["type"] == "error":
            self.fail(message)
        elif message["body"] != "done":
            self.heard.append(message["body"])
        elif not self.done.done():
            self.done.set_result(None)

    def fail(self, reason):
        if not self.done.done():
            self.done.set_exception(ConnectionError(str(reason)))


async def push(chat):
    """Debian's libexpat holds a start tag that its reads cut back until about as much again came behind it; our client pads, slixmpp does not."""
    while True:
        await asyncio.sleep(0.5)
        if "bind" in chat.features:
            chat.send_raw(" " * 512)


async def main():
    chat = Chat()
    pushing = asyncio.get_event_loop().create_task(push(chat))
    chat.connect((host, int(port)), force_starttls=True)
    try:
        await asyncio.wait_for(chat.done, 60)
    except asyncio.TimeoutError:
        sys.exit(f"only {len(chat.heard)} of {count} messages came, and not the last word")
    await chat["xep_0199"].ping(peer, timeout=30)
    expected = [f"{number} {sample}" for number in range(int(count))]
    wrong = [(i, *pair) for i, pair in enumerate(zip(chat.heard, expected)) if pair[0] != pair[1]]
    print("heard:", len(chat.heard), "wrong:", ascii(wrong[:3]), "encrypted:", chat.transport.get_extra_info("cipher") is not None, "managed:", chat["xep_0198"].enabled_in, flush=True)
    pushing.cancel()
    await chat.disconnect(wait=2)


asyncio.get_event_loop().run_until_complete(main())
