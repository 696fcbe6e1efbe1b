"""The staff's pages: server-rendered, readable without script, in Chinese and English."""
