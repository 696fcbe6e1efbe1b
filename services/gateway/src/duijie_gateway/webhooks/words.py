"""What the codes of failed attempts and disabled webhooks say, in both languages."""

from __future__ import annotations

ERRORS = {
    "refused": ("对方没有接受 (状态码见 status)", "the receiver did not take it (see status)"),
    "redirect": ("对方要求跳转; 不跟随跳转", "the receiver redirected; redirects are not followed"),
    "timeout": ("对方未在时限内答复", "the receiver did not answer in time"),
    "connection": ("无法连接对方", "no connection to the receiver"),
    "tls": ("对方证书无效", "the receiver's certificate is not valid"),
    "protocol": ("对方的答复不是 HTTP", "the receiver's answer is not HTTP"),
    "unresolved": ("无法解析主机名", "the host name cannot be resolved"),
    "address-not-allowed": ("主机指向不允许的地址", "the host leads to an address that is not allowed"),
    "url-not-allowed": ("协议或端口不允许", "scheme or port are not allowed"),
    "bad-url": ("网址无效", "the URL is not valid"),
    "unsigned": ("密钥无法打开, 未签名不发送", "the secret cannot be opened; nothing goes out unsigned"),
}
DISABLED = {
    "gone": ("对方答复 410, 表示不再接收", "the receiver answered 410: it wants no more"),
    "failing": ("连续五天未能送达", "nothing could be delivered for five days"),
}
