"""城市数据包：读、验。 The pack of a city: read and validated; a city is data, not code."""

from tongxin.web.pack.read import read_pack
